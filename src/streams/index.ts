/** Streams of changes to clients: their queues, limits, checks of access, and ends; what they are about is the dialects' own. */
export { OpenStreams, type StreamOptions, type StreamParts, type StreamSource } from './open-streams.js';
export {
  ForeignSession,
  type SlownessLimits,
  type StreamCaller,
  type StreamForm,
  type StreamLimitValues,
  type WatchAccess,
} from './stream-form.js';
export { SubscriberAuthorizer } from './subscriber-authorizer.js';
export { Subscriber } from './subscriber.js';
