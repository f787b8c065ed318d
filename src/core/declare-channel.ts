/** Declares typed channels of `node:diagnostics_channel`, for metrics, traces and logs. */
import { channel as untypedChannel } from 'node:diagnostics_channel';
import type { AsyncLocalStorage } from 'node:async_hooks';

/** A channel with one type of message. All channels are listed in docs/seams.md. */
export interface Channel<Message extends object> {
  readonly name: string;
  /** Check this before you build a message, so that a channel without subscribers costs nothing else. */
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
  subscribe(listener: (message: Message) => void): void;
  unsubscribe(listener: (message: Message) => void): boolean;
  /** Publishes a message, and runs the work in the context of every `AsyncLocalStorage` bound to the channel. */
  runStores(message: Message, work: () => void): void;
  bindStore<Store>(store: AsyncLocalStorage<Store>, toStore: (message: Message) => Store): void;
}

/** Declares a channel. Keep it in a constant: Node drops channels that are not referenced. */
export function declareChannel<Message extends object>(name: `latchkey:${string}`): Channel<Message> {
  return untypedChannel(name) as unknown as Channel<Message>;
}
