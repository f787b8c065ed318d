/** The decorator that says which tokens a route admits. */
import 'reflect-metadata';
import { SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';

const POLICY = 'latchkey:admit-tokens';

/** Stores a policy for a route or a controller. */
export function admitTokens(policy: object): CustomDecorator {
  return SetMetadata(POLICY, policy);
}

/** The policies of the route and of its controller. */
export function policiesAt<P extends object>(context: ExecutionContext): P[] {
  const holders = [context.getHandler(), context.getClass()];
  return holders.flatMap((holder) => (Reflect.getMetadata(POLICY, holder) as P | undefined) ?? []);
}
