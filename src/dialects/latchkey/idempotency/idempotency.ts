/** Answers a repeated request as the first one, so that it is carried out once (docs/contracts/latchkey.md §1.7). */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Request, Response } from 'express';
import { In, LessThanOrEqual } from 'typeorm';
import {
  Clock,
  SYSTEM,
  SteadyTime,
  UniqueViolation,
  UnitOfWork,
  storedTime,
  type Transaction,
} from '../../../core/index.js';
import { bodyText } from '../../../http/index.js';
import { CleanupJob } from '../../../identity/index.js';
import type { ApiCaller } from '../session/api-caller.js';
import type { Values } from '../../../settings/index.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import { Problem, wrongParameter } from '../latchkey.problems.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import { AnswerSeal, newSalt, rowIdOf } from './answer-seal.js';
import { IdempotentAnswer } from './idempotent-answer.entity.js';

export const KEY_HEADER = 'Idempotency-Key';

const KEY_FORM = /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** The header of an answer that was given before. */
const REPLAYED_HEADER = 'Idempotency-Replayed';

const HOUR_MS = 3_600_000;

/** What runs longer was interrupted: no request takes so long. */
const INTERRUPTED_MS = 300_000;

/** A request of somebody, and its answer. */
interface Exchange {
  readonly caller: ApiCaller;
  readonly request: Request;
  readonly response: Response;
}

interface KeptAnswer<T> {
  readonly body: T;
  readonly location: string | null;
}

@Injectable()
export class Idempotency implements OnModuleInit {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly steady: SteadyTime,
    private readonly cleanup: CleanupJob,
    @Inject(LATCHKEY_API_OPTIONS) private readonly options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {}

  onModuleInit(): void {
    this.cleanup.add('old answers', (tx, limit, now) => removeOld(tx, limit, this.oldest(now)));
  }

  /**
   * Carries out the work once for each key of the caller, and gives its result again. What fails can be repeated.
   * @throws Problem `invalid-request`, `idempotency-key-reused`, `conflict`, and the errors of the work
   */
  async once<T>({ caller, request, response }: Exchange, work: () => Promise<T>): Promise<T> {
    const given = keyOf(request);
    if (given === undefined) return work();
    const key = limitedKey(given, caller);
    const id = rowIdOf(caller.user.id, key);
    const asked = `${request.method} ${request.originalUrl}\n${bodyText(request)}`;
    const salt = newSalt();
    const seal = new AnswerSeal(caller.user.id, key, salt);
    if (!(await this.begin({ id, salt, request: seal.digest(asked), answer: null, createdAt: this.clock.now() }))) {
      return this.replay(
        await this.read(id),
        (known) => new AnswerSeal(caller.user.id, key, known),
        asked,
        response,
      ) as T;
    }
    const body = await work().catch(async (error: unknown) => {
      // What cannot be removed now counts as interrupted.
      await this.unitOfWork.write(SYSTEM, (tx) => tx.manager.delete(IdempotentAnswer, { id, salt })).catch(ignored);
      throw error;
    });
    const location = response.getHeader('Location');
    const kept: KeptAnswer<T> = { body, location: typeof location === 'string' ? location : null };
    await this.unitOfWork.write(SYSTEM, (tx) =>
      tx.manager.update(IdempotentAnswer, { id, salt }, { answer: seal.seal(JSON.stringify(kept)) }),
    );
    return body;
  }

  /** @returns whether this is the first request of the key */
  private async begin(row: IdempotentAnswer): Promise<boolean> {
    try {
      await this.unitOfWork.write(SYSTEM, async ({ manager }) => {
        const time = new Date(this.steady.at(row.createdAt.getTime()));
        const isOld = { createdAt: LessThanOrEqual(storedTime(this.oldest(time))) };
        await manager.delete(IdempotentAnswer, { id: row.id, ...isOld });
        await manager.insert(IdempotentAnswer, row);
      });
      return true;
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }

  private read(id: string): Promise<IdempotentAnswer | null> {
    return this.unitOfWork.read((manager) => manager.findOneBy(IdempotentAnswer, { id }));
  }

  private replay(
    row: IdempotentAnswer | null,
    sealOf: (salt: string) => AnswerSeal,
    asked: string,
    response: Response,
  ): unknown {
    if (!row) throw new Problem('conflict', 'the first request with this Idempotency-Key has just failed; try again');
    const seal = sealOf(row.salt);
    if (seal.digest(asked) !== row.request) {
      throw new Problem(
        'idempotency-key-reused',
        'the Idempotency-Key was used for another request; use a new one for each',
      );
    }
    if (row.answer === null) throw this.unanswered(row);
    const { body, location } = JSON.parse(seal.open(row.answer)) as KeptAnswer<unknown>;
    response.set(REPLAYED_HEADER, 'true');
    if (location !== null) response.set('Location', location);
    return body;
  }

  private unanswered({ createdAt }: IdempotentAnswer): Problem {
    const isInterrupted = this.clock.now().getTime() - createdAt.getTime() > INTERRUPTED_MS;
    return new Problem(
      'conflict',
      isInterrupted
        ? 'the first request with this Idempotency-Key was interrupted; look whether it was carried out, then use a new key'
        : 'the first request with this Idempotency-Key is still running; wait for it, then try again',
    );
  }

  private oldest(now: Date): Date {
    return new Date(now.getTime() - this.options.idempotencyHours * HOUR_MS);
  }
}

function ignored(): undefined {
  return undefined;
}

/**
 * Answers hold secrets: what was answered to a user does not go to a token of theirs whose scopes do not reach as far. No
 * key has a line break.
 */
function limitedKey(key: string, { token: { id, scopes } }: ApiCaller): string {
  return scopes === null ? key : [key, id, scopes.join(' ')].join('\n');
}

/** @throws Problem */
function keyOf({ headers }: Request): string | undefined {
  const key = headers[KEY_HEADER.toLowerCase()];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY_FORM.test(key)) return key;
  throw wrongParameter(KEY_HEADER, `${KEY_HEADER} must be 1 to 255 printable ASCII characters; a random UUID is best`);
}

async function removeOld({ manager }: Transaction, limit: number, before: Date): Promise<number> {
  const where = { createdAt: LessThanOrEqual(storedTime(before)) };
  const rows = await manager.find(IdempotentAnswer, { select: { id: true }, where, take: limit });
  if (rows.length > 0) await manager.delete(IdempotentAnswer, { id: In(rows.map(({ id }) => id)), ...where });
  return rows.length;
}
