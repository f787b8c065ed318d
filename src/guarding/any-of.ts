/** A guard that admits whom one of several guards admits. */
import {
  HttpException,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { firstValueFrom, isObservable } from 'rxjs';
import { responseIn } from './context.js';

/** What says most about a refusal comes first: that it may pass later, then that the caller is known. */
const TELLING = [503, 429, 403];

/**
 * For example `@UseGuards(AnyOf(JwtAuthGuard, TokenGuard))`. The guards are asked in this order, and the first that admits
 * decides. If none does, the refusal with the status 503, 429 or 403 is thrown, or that of the last guard.
 */
export function AnyOf(...guards: readonly [Type<CanActivate>, ...Type<CanActivate>[]]): Type<CanActivate> {
  @Injectable()
  class AnyOfGuards implements CanActivate, OnModuleInit {
    private made: Promise<CanActivate[]> | undefined;

    constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

    /** What a guard lacks ends the start, and not the first request. */
    async onModuleInit(): Promise<void> {
      await this.guards();
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const refusals: unknown[] = [];
      for (const guard of await this.guards()) {
        try {
          if (await isAdmitted(guard, context)) {
            withoutChallenge(context);
            return true;
          }
        } catch (error) {
          refusals.push(error);
        }
      }
      if (refusals.length === 0) return false;
      throw mostTelling(refusals);
    }

    private guards(): Promise<CanActivate[]> {
      this.made ??= Promise.all(guards.map((guard) => this.modules.create(guard)));
      return this.made;
    }
  }
  return AnyOfGuards;
}

async function isAdmitted(guard: CanActivate, context: ExecutionContext): Promise<boolean> {
  const admitted = await guard.canActivate(context);
  return isObservable(admitted) ? firstValueFrom(admitted) : admitted;
}

/** A guard that refused may have said how to present its credential. */
function withoutChallenge(context: ExecutionContext): void {
  if (responseIn(context) === undefined) return;
  const response = context.getType<string>() === 'http' ? context.switchToHttp().getResponse<object>() : {};
  const { removeHeader } = response as { removeHeader?: (name: string) => unknown };
  removeHeader?.call(response, 'WWW-Authenticate');
}

/** Errors that are no refusals, faults of the server for example, come before all. */
function mostTelling(refusals: readonly unknown[]): unknown {
  const fault = refusals.find((error) => !(error instanceof HttpException));
  if (fault !== undefined) return fault;
  const byStatus = TELLING.flatMap((status) =>
    refusals.filter((error) => error instanceof HttpException && error.getStatus() === status),
  );
  return byStatus[0] ?? refusals.at(-1);
}
