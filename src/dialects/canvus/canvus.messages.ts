/** The error messages of the dialect (docs/contracts/canvus.md §3.4, §3.5, §5). */

export const PERMISSION_DENIED = 'Permission denied';
export const USER_UNUSABLE = 'The user is blocked or waits for approval';
export const LOGIN_BODY = 'Login request must have either email and password or token';
export const TOKEN_NOT_FOUND = 'Access token not found';
export const PATH_NOT_FOUND = 'There is nothing at this path';
export const INTERNAL = 'Internal error; the server log has the details';
export const SIGN_UP_OFF = 'Sign-up using a password is not enabled';
export const NOT_SERVED = 'Not available on this server: administrators create users and set their passwords';
export const NO_MAIL = 'Not available on this server: it sends no mail';
export const NO_LICENSE = 'Not available on this server: it needs no license';
export const INVALID_CONFIRMATION = 'Invalid email confirmation token.';
export const INVALID_RESET = 'Invalid token';
export const DELETE_ONESELF = 'You cannot delete yourself; another administrator can';
export const OWN_PASSWORD =
  'To change your own password, send current_password and new_password to POST users/:id/password';
export const APPROVAL_STAYS = 'approved can only go from false to true; block the user instead';
export const BUILT_IN_GROUP = 'The group of all users cannot be changed: every user is a member of it';
export const NO_CONFIRMATION = 'need_email_confirmation is not available on this server: it sends no mail';

/** @param text - the segment of the path, cut to a readable length */
export function notAnInteger(text: string): string {
  return `User ID ${text.length > 100 ? `${text.slice(0, 100)}…` : text} is not an integer`;
}

export function parameterMissing(name: string): string {
  return `${name} parameter is missing`;
}

/** What is said of a value that is absent or not a string. */
export function whenNoString(name: string, value: unknown): string {
  return value === undefined || value === null ? parameterMissing(name) : `${name} must be a string`;
}
