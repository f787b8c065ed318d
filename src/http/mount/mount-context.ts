/** What every mount needs of the application and of the options, as one injectable value. */
import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { CredentialForms } from '../../core/index.js';
import type { RequestHandler } from 'express';
import type { Values } from '../../settings/index.js';
import type { REQUEST_SETTINGS } from '../http.settings.js';
import { BodyMemory } from '../input/body-memory.js';
import type { BodyLimits } from '../input/incoming-body.js';
import { compressionFrom } from '../output/compression.js';
import type { BrowserWrites } from './browser-writes.js';

/** Injection token of the values of `REQUEST_SETTINGS`. */
export const REQUEST_OPTIONS = Symbol('latchkey:request-options');

/** Provided by the module on which the dialects stand, so that they share one limit for the memory of bodies. */
@Injectable()
export class MountContext {
  readonly bodies: BodyLimits;
  /** Whether repeated slashes below a prefix count as one. */
  readonly mergeSlashes: boolean;
  readonly browserWrites: BrowserWrites;
  /** How long a client may take nothing of a long answer. */
  readonly stalledMs: number;
  /** For answers that hold no secret. */
  readonly compress: RequestHandler | undefined;

  constructor(
    readonly host: HttpAdapterHost,
    readonly config: ApplicationConfig,
    readonly forms: CredentialForms,
    @Inject(REQUEST_OPTIONS) options: Values<typeof REQUEST_SETTINGS>,
  ) {
    const { bodyMaxBytes, bodyTimeoutSeconds, bodyMemoryBytes, mergeSlashes, browserWrites } = options;
    this.mergeSlashes = mergeSlashes;
    this.browserWrites = browserWrites;
    this.stalledMs = options.answerStalledSeconds * 1000;
    this.compress = compressionFrom(options.compressFromBytes);
    this.bodies = {
      maxBytes: bodyMaxBytes,
      timeoutMs: bodyTimeoutSeconds * 1000,
      memory: new BodyMemory(bodyMemoryBytes),
    };
  }
}
