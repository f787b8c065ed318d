/** Whose turn it is to have a password hashed. */
import type { Turn } from '../concurrency/fair-queue.js';

/**
 * What passwords are hashed for: a login from a network that is known for the account, any other login, the password of
 * a token that is checked, and a password that is set. Logins always have a slot.
 */
export type HashingPurpose = 'known_login' | 'login' | 'token_password' | 'change';

/** A request for a slot. */
export type HashingTurn = Turn<HashingPurpose>;
