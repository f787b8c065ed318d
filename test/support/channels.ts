/** Listens to channels, and reads their description in docs/seams.md. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';

export type Message = Readonly<Record<string, unknown>>;

/** The messages published on some channels while they are recorded. */
export class Recorder {
  readonly messages: { readonly name: string; readonly message: Message }[] = [];
  private readonly stops: (() => void)[] = [];

  constructor(...names: string[]) {
    for (const name of names) {
      const listener = (message: unknown): void => {
        this.messages.push({ name, message: message as Message });
      };
      subscribe(name, listener);
      this.stops.push(() => unsubscribe(name, listener));
    }
  }

  /** Those of one channel, in order. */
  of(name: string): Message[] {
    return this.messages.filter((each) => each.name === name).map(({ message }) => message);
  }

  clear(): void {
    this.messages.length = 0;
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
  }
}

/** Names of the channels that the sources declare. */
export function declaredChannels(): string[] {
  const folder = path.join(import.meta.dirname, '../../src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const declaration = /declareChannel<\w+>\('([^']+)'\)/g;
  return files
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(declaration)])
    .map(([, name = '']) => name)
    .sort();
}

/** The members of each channel's messages, as docs/seams.md has them. */
export function documentedChannels(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(path.join(import.meta.dirname, '../../docs/seams.md'), 'utf8');
  const sections = text.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => {
      const [, name = ''] = /^`([^`]+)`/.exec(section) ?? [];
      const [own = ''] = section.split(/^## /m);
      return [name, [...own.matchAll(/^\| `(\w+)`/gm)].map(([, member = '']) => member)];
    }),
  );
}

/** Counts messages passed to channels without subscribers: each was built in vain. */
export function countUnheard(names: readonly string[]): { counts: Map<string, number>; restore(): void } {
  const counts = new Map<string, number>();
  const channels = names.map((name) => channel(name));
  for (const each of channels) {
    const count = (): void => {
      const name = String(each.name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    };
    Object.defineProperty(each, 'publish', { value: count, configurable: true });
    Object.defineProperty(each, 'runStores', {
      value: (_message: unknown, work: () => void) => {
        count();
        work();
      },
      configurable: true,
    });
  }
  return {
    counts,
    restore: () => {
      for (const each of channels) {
        Reflect.deleteProperty(each, 'publish');
        Reflect.deleteProperty(each, 'runStores');
      }
    },
  };
}
