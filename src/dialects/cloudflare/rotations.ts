/** Refuses a rotation that was requested before another one of the same token has returned. */
import { Injectable } from '@nestjs/common';
import { DomainError, RecentValues, nextTurn } from '../../core/index.js';
import type { ServiceToken } from './service-token.entity.js';

/** Tokens of which the last rotation is remembered. */
const REMEMBERED = 10_000;

/**
 * The secret of the first rotation would not work any more when its answer arrives. Rotations on other instances are not
 * known here: of two that read the token at the same time, its version lets one through.
 */
@Injectable()
export class Rotations {
  private readonly running = new Map<string, number>();
  /** When the last rotation of a token has returned. */
  private readonly returned = new RecentValues<string, number>(REMEMBERED);
  /** When the request has arrived that a token was read for. */
  private readonly requestedAt = new WeakMap<ServiceToken, number>();

  /** @param at - when the request that the token was read for has arrived, by `performance.now()` */
  noteRequest(token: ServiceToken, at: number): void {
    this.requestedAt.set(token, at);
  }

  /**
   * Runs a rotation.
   * @param isExclusive - whether it is refused while another one runs, or if another one has returned since the request arrived
   * @throws DomainError `conflict`
   */
  async run<T>(token: ServiceToken, isExclusive: boolean, rotate: () => Promise<T>): Promise<T> {
    const { id } = token;
    const others = this.running.get(id) ?? 0;
    const since = this.requestedAt.get(token) ?? 0;
    if (isExclusive && (others > 0 || (this.returned.get(id) ?? -1) >= since)) throw rotatedMeanwhile();
    this.running.set(id, others + 1);
    try {
      const result = await rotate();
      // SQLite may have answered within one turn of the event loop, before requests that are here already were read.
      await nextTurn();
      await nextTurn();
      this.returned.set(id, performance.now());
      return result;
    } finally {
      const left = (this.running.get(id) ?? 1) - 1;
      if (left > 0) this.running.set(id, left);
      else this.running.delete(id);
    }
  }
}

function rotatedMeanwhile(): DomainError {
  return new DomainError(
    'conflict',
    'another rotation of the token was under way, and its secret is the one that works; try again only to replace that',
  );
}
