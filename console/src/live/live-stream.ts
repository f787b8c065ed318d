/** The live stream of changes. It resumes by itself; what it brings never moves rows that somebody may be about to click. */
import type { QueryClient } from '@tanstack/react-query';
import { API_URL } from '../api/place.ts';
import { outdate } from '../api/queries.ts';
import type { AuditRow, Token } from '../api/types.ts';
import { patchToken } from './patched.ts';
import { isSomebodyThere } from './presence.ts';
import { store } from './store.ts';

/** What has come and is not in the lists yet. */
export interface News {
  readonly tokens: ReadonlySet<string>;
  readonly audit: readonly AuditRow[];
  /** Tokens that were revoked while they were shown. */
  readonly gone: ReadonlySet<string>;
  /** The stream could not be resumed, so that changes were missed. */
  readonly isStale: boolean;
}

const NOTHING: News = { tokens: new Set(), audit: [], gone: new Set(), isStale: false };
const MOST_AUDIT_ROWS = 500;

export const news = store<News>(NOTHING);
export const isLive = store(false);

export function update(change: Partial<News>): void {
  news.set({ ...news.get(), ...change });
}

export interface LiveOptions {
  readonly client: QueryClient;
  /** The stream has ended: perhaps the session has, too. */
  readonly interrupted: () => void;
  /** The longest pause between events. */
  readonly keepaliveMs: number;
}

/** How long changes are gathered before they are shown, all at once: a list that changes without pause can still be used. */
const SHOW_MS = 150;

/** How long a burst of changes is gathered before figures are asked for again. */
const GATHER_MS = 1500;

/** Waits before the stream is opened again after the server has refused it; each is twice as long, up to the last. */
const REOPEN_MS = 5000;
const LONGEST_REOPEN_MS = 300_000;

/** Beyond the pauses between events, which a slow network makes longer. */
const GRACE_MS = 5000;

/** @returns ends it */
export function follow({ client, interrupted, keepaliveMs }: LiveOptions): () => void {
  const watch = watchdog(2 * keepaliveMs + GRACE_MS, () => {
    source?.close();
    failed();
  });
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let wait = REOPEN_MS;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const touch = (): void => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      void client.invalidateQueries({ queryKey: ['stats'], refetchType: refetchType() });
    }, GATHER_MS);
  };
  const changes = gathered(SHOW_MS);
  let wasLive = false;
  const failed = (): void => {
    watch.stop();
    // The first look after an end is always needed; further ones must not keep the session alive.
    if (isLive.get() || wait === REOPEN_MS || isSomebodyThere()) interrupted();
    isLive.set(false);
    if (source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(again);
    again = setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_REOPEN_MS);
  };
  const open = (): void => {
    // A new one does not say where the last one was, so that changes between them are not told.
    let isNew = wasLive;
    source = new EventSource(`${API_URL}/events`);
    source.onopen = () => {
      isLive.set(true);
      wait = REOPEN_MS;
      wasLive = true;
      watch.fed();
      if (isNew) missed({}, client);
      isNew = false;
    };
    source.onerror = failed;
    source.addEventListener('ping', watch.fed);
    for (const [name, handle] of Object.entries(HANDLERS)) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        watch.fed();
        changes.add(() => {
          handle(parsed(event.data), client);
        });
        touch();
      });
    }
  };
  open();
  return () => {
    source?.close();
    watch.stop();
    changes.drop();
    clearTimeout(again);
    clearTimeout(gathering);
    isLive.set(false);
    news.set(NOTHING);
  };
}

/** Calls when nothing has fed it for some time: a server that hangs, and a network that is gone, say nothing. */
function watchdog(milliseconds: number, call: () => void): { fed: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
  };
  const fed = (): void => {
    stop();
    timer = setTimeout(call, milliseconds);
  };
  return { fed, stop };
}

/** Makes calls together, in their order, some time after the first of them. */
function gathered(milliseconds: number): { add: (call: () => void) => void; drop: () => void } {
  let calls: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const drop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    calls = [];
  };
  const add = (call: () => void): void => {
    calls.push(call);
    timer ??= setTimeout(() => {
      const due = calls;
      drop();
      for (const each of due) each();
    }, milliseconds);
  };
  return { add, drop };
}

/** Nothing is asked for while nobody looks; it is marked as outdated, and asked for when it is shown again. */
function refetchType(): 'active' | 'none' {
  return isSomebodyThere() ? 'active' : 'none';
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

type Handle = (data: Record<string, unknown>, client: QueryClient) => void;

const refresh =
  (...keys: readonly string[]): Handle =>
  (_data, client) => {
    for (const key of keys) outdate(client, [key], isSomebodyThere());
  };

/** Lists whose rows could move are only marked; all else is asked for again. */
const missed: Handle = (_data, client) => {
  update({ isStale: true });
  const isList = ({ queryKey: [name, part] }: { queryKey: readonly unknown[] }): boolean =>
    name === 'tokens' || (name === 'audit' && part === 'list');
  void client.invalidateQueries({ predicate: (query) => !isList(query), refetchType: refetchType() });
};

const HANDLERS: Readonly<Record<string, Handle>> = {
  'token.created': (data) => {
    update({ tokens: new Set([...news.get().tokens, String(data.id)]) });
  },
  'token.changed': (data, client) => {
    patchToken(client, data as unknown as Token);
  },
  'token.revoked': (data) => {
    update({ gone: new Set([...news.get().gone, String(data.id)]) });
  },
  audit: (data) => {
    update({ audit: [data as unknown as AuditRow, ...news.get().audit].slice(0, MOST_AUDIT_ROWS) });
  },
  'user.created': refresh('users'),
  'user.changed': refresh('users', 'user', 'me'),
  'user.deleted': refresh('users'),
  'account.created': refresh('accounts', 'me'),
  'account.changed': refresh('accounts', 'account', 'members', 'me'),
  'account.deleted': refresh('accounts', 'me'),
  reset: missed,
};
