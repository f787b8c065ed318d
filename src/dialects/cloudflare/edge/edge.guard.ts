/** Lets everybody read what the edge publishes. */
import { Injectable } from '@nestjs/common';
import { PermissionGuard, permits, type Permits } from '../../../http/index.js';

/** All routes of the edge are public: validators have no credentials. */
export const EdgePermits: Permits<'public'> = permits;

@Injectable()
export class EdgeGuard extends PermissionGuard {
  protected authorize(): Promise<object> {
    return Promise.resolve({});
  }
}
