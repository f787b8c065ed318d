/** Why a sign-in at the provider has not led in: the server says it by a word in the address, which does not stay there. */

const PARAMETER = 'sign_in_error';

const SENTENCES: Readonly<Record<string, string>> = {
  cancelled: 'The sign-in was cancelled at the provider.',
  stale: 'The sign-in took too long, or was begun in another window. Try again.',
  provider_unavailable: 'The provider does not answer at the moment. Try again in a moment.',
  provider_refused:
    'The answer of the provider was not accepted. The log of the server says why: ask your administrator.',
  no_address: 'The provider gives no e-mail address for you. Add one to your profile there.',
  unverified_address: 'The provider has not verified your e-mail address. Have it verified there, then try again.',
  unknown_person: 'You have no user here yet. Ask your administrator.',
  not_bound: 'There is a user with your e-mail address, but it may not be used in this way. Ask your administrator.',
  bound_to_another:
    'The user with your e-mail address belongs to somebody else at the provider. Ask your administrator.',
  address_not_allowed: 'Your e-mail address cannot have a user here. Ask your administrator.',
  no_role: 'None of your groups may sign in here. Ask your administrator.',
  blocked: 'Your user is blocked. Ask your administrator.',
  unapproved: 'Your user is waiting to be approved by an administrator.',
  last_administrator:
    'Your groups no longer make you an administrator, but you are the last one who can sign in. Give another ' +
    'administrator a password or a token first, or correct the groups.',
  throttled: 'Too many sign-ins from your network have failed. Try again in some minutes.',
  unavailable: 'The server cannot reach its database at the moment. Try again in a moment.',
};

const OTHERWISE = 'The sign-in has failed. Try again, or ask your administrator.';

/** Reads the reason, and removes it from the address and the history. */
function taken(): string | undefined {
  const address = new URL(window.location.href);
  const word = address.searchParams.get(PARAMETER);
  if (word === null) return undefined;
  address.searchParams.delete(PARAMETER);
  window.history.replaceState(window.history.state, '', address);
  return Object.hasOwn(SENTENCES, word) ? SENTENCES[word] : OTHERWISE;
}

let current = taken();

/** For people; `undefined` if nothing has gone wrong since somebody was signed in. */
export function signInError(): string | undefined {
  return current;
}

export function forgetSignInError(): void {
  current = undefined;
}
