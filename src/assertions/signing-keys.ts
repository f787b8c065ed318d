/** Keeps the keys that sign assertions: makes them in time, publishes them, and removes old ones. */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import {
  ChangeAwareCache,
  ChangeRelay,
  Clock,
  EventBus,
  SYSTEM,
  SteadyTime,
  UniqueViolation,
  UnitOfWork,
  errorSummary,
  type Transaction,
} from '../core/index.js';
import { SigningKeyChange, SigningKeyCreated, SigningKeysEncrypted } from './changes.js';
import { AssertionIssuer } from './issuer.js';
import { KeyProtection, isProtected } from './key-protection.js';
import { KeyRing } from './key-ring.js';
import { isOver, missingKeys } from './key-schedule.js';
import { newSigningKey, type NewKey } from './new-signing-key.js';
import { ASSERTION_OPTIONS, type AssertionOptions } from './options.js';
import { SigningKey, type PublicKey } from './signing-key.entity.js';

/** A published key and its certificate. */
export interface PublishedKey {
  readonly publicKey: PublicKey;
  readonly certificate: string;
}

/** Only one instance makes keys at a time. */
const LOCK = { kind: 'signing-keys', id: '' };

const RING = 'ring';
/** Keys are also read again after this time, whatever was heard. */
const RING_SECONDS = 300;
const ROUND_MS = 3_600_000;

@Injectable()
export class SigningKeys implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SigningKeys.name);
  private readonly stopping = new AbortController();
  private readonly protection: KeyProtection;
  private readonly rings: ChangeAwareCache<string, KeyRing>;
  private completing: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly issuer: AssertionIssuer,
    @Inject(ASSERTION_OPTIONS) private readonly options: AssertionOptions,
    private readonly steady: SteadyTime,
    relay: ChangeRelay,
    events: EventBus,
  ) {
    this.protection = new KeyProtection(options.key);
    const limits = { entries: 1, seconds: RING_SECONDS };
    this.rings = new ChangeAwareCache(limits, relay, events, [SigningKeyChange], () => [RING]);
  }

  /** @throws SigningKeyError if keys are encrypted, and cannot be decrypted */
  async onApplicationBootstrap(): Promise<void> {
    await this.openKeys();
    this.running = this.rounds();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.rings.close();
    await Promise.all([this.running, this.completing?.catch(() => undefined)]);
  }

  /** The keys in force. If there are none yet, they are made; a missing next one is made in the background. */
  ring(): KeyRing | Promise<KeyRing> {
    const ring = this.rings.get(RING, () => this.read());
    return ring instanceof Promise ? ring.then((late) => this.completed(late)) : this.completed(ring);
  }

  /** The keys to publish, the one that signs first. */
  async published(): Promise<readonly PublishedKey[]> {
    return (await this.ring()).published(this.clock.now());
  }

  /** Makes the next key if it is time, and removes those that are over. A server that never signed has no keys. */
  async maintain(): Promise<void> {
    const keys = await this.unitOfWork.read(readKeys);
    if (keys.length === 0) return;
    if (missingKeys(keys, this.scheduleTime(), this.options.keyDays).length > 0) await this.complete();
    if (!this.steady.hasBegun) return;
    const steady = new Date(this.steady.at(this.clock.now().getTime()));
    if (keys.some((key) => isOver(keys, key, steady)))
      await this.unitOfWork.write(SYSTEM, (tx) => removeOld(tx, steady));
  }

  private completed(ring: KeyRing): KeyRing | Promise<KeyRing> {
    if (ring.keys.length === 0) return this.complete().then(() => this.read());
    if (ring.isIncomplete(this.scheduleTime(), this.options.keyDays)) {
      this.complete().catch((error: unknown) => {
        this.logger.error(`could not make the next key for assertions: ${errorSummary(error)}`);
      });
    }
    return ring;
  }

  /** Makes the keys that are missing; callers at the same time share the work. */
  private complete(): Promise<void> {
    this.completing ??= this.makeMissing().finally(() => (this.completing = undefined));
    return this.completing;
  }

  private async makeMissing(): Promise<void> {
    const { keyDays } = this.options;
    const missing = missingKeys(await this.unitOfWork.read(readKeys), this.scheduleTime(), keyDays);
    const spare = await Promise.all(missing.map(() => this.newKey()));
    try {
      await this.unitOfWork.write(SYSTEM, async (tx) => {
        await tx.lockRule(LOCK);
        const still = missingKeys(await readKeys(tx.manager), this.scheduleTime(), keyDays);
        const left = [...spare];
        for (const slot of still) {
          const made = left.shift();
          if (!made) break;
          const key = { ...made, ...slot, createdAt: tx.now };
          await tx.manager.insert(SigningKey, key);
          tx.record(new SigningKeyCreated({ kid: key.kid, signs_from: key.signsFrom.toISOString() }));
        }
      });
    } catch (error) {
      // Another instance was faster: its keys are as good.
      if (!(error instanceof UniqueViolation)) throw error;
    }
  }

  /** A clock that is behind would make keys that begin at once when it is right again, before anybody has read them. */
  private scheduleTime(): Date {
    return new Date(this.steady.atLeast(this.clock.now().getTime()));
  }

  private async newKey(): Promise<NewKey> {
    const key = await newSigningKey(this.issuer.hostname, this.scheduleTime());
    return { ...key, privateKey: await this.protection.protect(key.kid, key.privateKey) };
  }

  private async read(): Promise<KeyRing> {
    return new KeyRing(await this.unitOfWork.read(readKeys), this.protection);
  }

  /** Tries the keys, and encrypts those that are not encrypted yet. */
  private async openKeys(): Promise<void> {
    const keys = await this.unitOfWork.read(readKeys);
    for (const { kid, privateKey } of keys) await this.protection.reveal(kid, privateKey);
    const plain = keys.filter(({ privateKey }) => !isProtected(privateKey));
    if (!this.protection.isOn || plain.length === 0) return;
    const encrypted = await Promise.all(
      plain.map(async ({ kid, privateKey }) => ({ kid, privateKey: await this.protection.protect(kid, privateKey) })),
    );
    await this.unitOfWork.write(SYSTEM, async (tx) => {
      await tx.lockRule(LOCK);
      for (const { kid, privateKey } of encrypted) await tx.manager.update(SigningKey, { kid }, { privateKey });
      tx.record(new SigningKeysEncrypted({ kids: encrypted.map(({ kid }) => kid) }));
    });
  }

  private async rounds(): Promise<void> {
    const { signal } = this.stopping;
    const pause = (): Promise<boolean> => delay(ROUND_MS, true, { signal, ref: false }).catch(() => false);
    while (await pause()) {
      await this.maintain().catch((error: unknown) => {
        this.logger.error(`could not maintain the keys for assertions: ${errorSummary(error)}`);
      });
    }
  }
}

function readKeys(manager: EntityManager): Promise<SigningKey[]> {
  return manager.find(SigningKey, { order: { sequence: 'ASC' } });
}

async function removeOld(tx: Transaction, now: Date): Promise<void> {
  await tx.lockRule(LOCK);
  const keys = await readKeys(tx.manager);
  const over = keys.filter((key) => isOver(keys, key, now)).map(({ kid }) => kid);
  if (over.length > 0) await tx.manager.delete(SigningKey, { kid: In(over) });
}
