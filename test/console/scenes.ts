/** Every screen and every dialog of the console, with how one comes to it. */
import { ACCOUNT } from '../support/test-server.js';
import type { BusyOffice } from './busy-office.js';
import type { ConsolePage } from './console-page.js';

/** A screen: its route in the console, and an address of it. */
export interface Screen {
  readonly route: string;
  readonly name: string;
  readonly address: (office: BusyOffice) => string;
}

const screen = (route: string, name: string, address: Screen['address'] = () => route): Screen => ({
  route,
  name,
  address,
});

export const SCREENS: readonly Screen[] = [
  screen('/', 'overview'),
  screen('/tokens', 'tokens'),
  screen('/tokens/new', 'tokens-new'),
  screen('/tokens/:id', 'token', ({ tokens }) => `/tokens/${tokens.plain}`),
  screen('/tokens/:id', 'token-overlap', ({ tokens }) => `/tokens/${tokens.overlap}`),
  screen('/tokens/:id', 'token-expired', ({ tokens }) => `/tokens/${tokens.expired}`),
  screen('/mine', 'mine'),
  screen('/people', 'people'),
  screen('/people/:id', 'person', ({ bobId }) => `/people/${bobId}`),
  screen('/people/:id', 'person-oneself', () => '/people/1000'),
  screen('/accounts', 'accounts'),
  screen('/accounts/:id', 'account', () => `/accounts/${ACCOUNT.id}`),
  screen('/accounts/:id', 'account-empty', ({ otherAccountId }) => `/accounts/${otherAccountId}`),
  screen('/applications', 'applications'),
  screen('/audit', 'audit'),
  screen('/server', 'server'),
  screen('*', 'nothing', () => '/nothing'),
];

/** A dialog: its component, the screen that it is opened from, and the buttons that lead to it. */
export interface Opened {
  /** Of the components, those that this shows. */
  readonly dialogs: readonly string[];
  readonly name: string;
  readonly address: (office: BusyOffice) => string;
  readonly open: (console: ConsolePage) => Promise<void>;
}

const press =
  (...names: readonly string[]): Opened['open'] =>
  async (console) => {
    for (const name of names) await console.press('button', name);
  };

const fromMenu =
  (of: string, item: string): Opened['open'] =>
  async (console) => {
    await console.press('button', `Actions for ${of}`);
    await console.press('menuitem', item);
  };

const opened = (dialogs: string, name: string, address: Opened['address'], open: Opened['open']): Opened => ({
  dialogs: dialogs.split(' '),
  name,
  address,
  open,
});

const ofToken =
  (which: keyof BusyOffice['tokens']): Opened['address'] =>
  ({ tokens }) =>
    `/tokens/${tokens[which]}`;
const ofBob: Opened['address'] = ({ bobId }) => `/people/${bobId}`;
const ofAccount: Opened['address'] = () => `/accounts/${ACCOUNT.id}`;
const at = (place: string) => () => place;

const choose =
  (button: string): Opened['open'] =>
  async (console) => {
    for (const name of ['Deploy to production', 'Billing export']) await console.press('checkbox', `Choose ${name}`);
    await console.press('button', button);
    await console.dialog.getByText('would change').waitFor();
  };

/** Dialogs that only ask: Escape leaves them, and nothing has happened. */
export const DIALOGS: readonly Opened[] = [
  opened('CreateDialog', 'create', at('/tokens'), (console) => console.press('link', 'Create token')),
  opened('RotateDialog', 'rotate', ofToken('plain'), press('Rotate…')),
  opened('RotateDialog', 'rotate-again', ofToken('overlap'), press('Rotate…')),
  opened('RenewDialog', 'renew', ofToken('plain'), press('Renew…')),
  opened('RenameDialog NameDialog', 'rename', ofToken('plain'), press('Rename…')),
  opened('ScopesDialog', 'scopes', ofToken('scoped'), press('Scopes…')),
  opened('SwitchDialog', 'disable', ofToken('plain'), press('Disable…')),
  opened('SwitchDialog', 'enable', ofToken('disabled'), press('Enable…')),
  opened('RevokeDialog', 'revoke', ofToken('plain'), press('Revoke…')),
  opened('RevokeDialog', 'revoke-from-menu', at('/tokens'), fromMenu('Billing export', 'Revoke…')),
  opened('EndOverlapDialog', 'end-old-secret', ofToken('overlap'), press('End old secret…')),
  opened('ExtendOverlapDialog', 'change-end', ofToken('overlap'), press('Change the end…')),
  opened('BulkDialog', 'bulk-revoke', at('/tokens'), choose('Revoke…')),
  opened('BulkDialog', 'bulk-disable', at('/tokens'), choose('Disable…')),
  opened('CreatePersonDialog', 'add-person', at('/people'), press('Add person')),
  opened('BlockDialog', 'block', ofBob, press('Block…')),
  opened('RoleDialog', 'role', ofBob, press('Change role…')),
  opened('ResetPasswordDialog', 'reset-password', ofBob, press('Reset password…')),
  opened('EndAccessDialog', 'revoke-all', ofBob, async (console) => {
    await console.press('button', 'Revoke all…');
    await console.dialog.getByText('This ends').waitFor();
  }),
  opened('DeleteDialog', 'delete-person', ofBob, press('Delete…')),
  opened('EraseDialog TypedDialog', 'erase', ofBob, press('Erase…')),
  opened('UnbindDialog', 'unbind', ofBob, press('Unbind…')),
  opened('EndDialog', 'log-out-everywhere', at('/mine'), press('Log out everywhere…')),
  opened('CreateAccountDialog', 'create-account', at('/accounts'), press('Create account')),
  opened('RenameAccountDialog', 'rename-account', ofAccount, press('Rename…')),
  opened('DeleteAccountDialog', 'delete-account', ofAccount, press('Delete…')),
  opened('MemberDialog', 'add-member', ofAccount, press('Add member')),
  opened('MemberDialog', 'remove-member', ofAccount, fromMenu('Bob Builder', 'Remove…')),
  opened('PasswordChangeDialog', 'change-password', at('/mine'), press('Change password…')),
  opened('ShortcutsDialog', 'shortcuts', at('/'), async (console) => {
    await console.page.keyboard.press('?');
  }),
];

/** Dialogs that show a secret: Escape does not leave them. */
export const SECRETS: readonly Opened[] = [
  opened('SecretDialog', 'secret', at('/tokens/new?name=Nightly'), press('Create')),
  opened('SecretDialog', 'secret-personal', at('/tokens/new?name=Laptop&kind=personal_token'), press('Create')),
  opened('SecretDialog', 'secret-rotated', ofToken('plain'), press('Rotate…', 'Rotate')),
  opened('PasswordDialog', 'password', ofBob, press('Reset password…', 'Reset password')),
];

/** Menus, and parts of a screen that are folded or only seen after something was done. */
export const PARTS: readonly Opened[] = [
  opened('', 'menu-of-token', at('/tokens'), press('Actions for Billing export')),
  opened('', 'menu-of-member', ofAccount, press('Actions for Bob Builder')),
  opened('', 'command', at('/tokens'), async (console) => {
    await console.page.getByText('Show as command').first().click();
  }),
  opened('', 'audit-details', at('/audit'), async (console) => {
    await console.page.locator('tbody').getByText('Details').first().click();
  }),
  opened('', 'chosen', at('/tokens'), async (console) => {
    for (const name of ['Deploy to production', 'Billing export']) await console.press('checkbox', `Choose ${name}`);
  }),
  opened('', 'navigation', at('/tokens'), async (console) => {
    const menu = console.page.getByRole('button', { name: 'Open menu' });
    if (await menu.isVisible()) await menu.click();
  }),
  opened('', 'filters', at('/tokens'), async (console) => {
    const filters = console.page.getByRole('button', { name: /^Filters and order/ });
    if (await filters.isVisible()) await filters.click();
  }),
  opened('', 'message', ofToken('plain'), async (console) => {
    await console.press('button', 'Rename…');
    await console.type('Name', `Deploy to production ${String(Date.now() % 1000)}`);
    await console.press('button', 'Rename');
    await console.dialog.waitFor({ state: 'detached' });
    await console.page.locator('.toasts').getByText('Renamed to').waitFor();
  }),
];
