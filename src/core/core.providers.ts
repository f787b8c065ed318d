/** The core's injectable parts, for the module that assembles them. */
import { EventBus } from './event-bus.js';
import { HashingService } from './hashing.service.js';
import { TokenListing } from './token-listing.js';
import { TokenService } from './token.service.js';
import { UnitOfWork } from './unit-of-work.js';
import { Verifier } from './verifier.js';

export const CORE_PROVIDERS = [EventBus, HashingService, TokenListing, TokenService, UnitOfWork, Verifier];
