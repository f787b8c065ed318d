/** Limits how many streams a user, and a token, may have open at the same time. */
import { DomainError } from '../core/index.js';
import type { StreamMessage } from '../http/index.js';
import type { StreamLimitValues } from './stream-form.js';

/** When a client that was refused may try again. */
const RETRY_AFTER_SECONDS = 30;

/** A limit is reached. */
export class TooManyStreams extends DomainError {
  constructor(
    readonly limit: Extract<StreamMessage['reason'], 'user_limit' | 'token_limit'>,
    message: string,
  ) {
    super('too_many_at_once', message, RETRY_AFTER_SECONDS);
  }
}

export class StreamLimits {
  private readonly ofUsers = new Map<number, number>();
  private readonly ofTokens = new Map<string, number>();

  /** @param settings - the names of the settings, for errors */
  constructor(
    private readonly limits: StreamLimitValues,
    private readonly settings: Readonly<Record<keyof StreamLimitValues, string>>,
  ) {}

  /**
   * Counts a stream.
   * @returns a function to call once, when the stream has ended
   * @throws TooManyStreams
   */
  enter(userId: number, tokenId: string): () => void {
    const { streamsPerUser, streamsPerToken } = this.limits;
    if ((this.ofUsers.get(userId) ?? 0) >= streamsPerUser) {
      throw new TooManyStreams('user_limit', tooMany(streamsPerUser, 'user', this.settings.streamsPerUser));
    }
    if ((this.ofTokens.get(tokenId) ?? 0) >= streamsPerToken) {
      throw new TooManyStreams('token_limit', tooMany(streamsPerToken, 'token', this.settings.streamsPerToken));
    }
    count(this.ofUsers, userId, 1);
    count(this.ofTokens, tokenId, 1);
    return () => {
      count(this.ofUsers, userId, -1);
      count(this.ofTokens, tokenId, -1);
    };
  }
}

function tooMany(limit: number, what: string, setting: string): string {
  return (
    `${String(limit)} streams are open, the limit for one ${what} (setting ${setting}); ` + 'close one, then try again'
  );
}

function count<K>(counts: Map<K, number>, key: K, change: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
