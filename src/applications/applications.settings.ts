/** The settings of applications and policies. */
import { integer, setting, settingsTable } from '../settings/index.js';

/** The limits of applications and policies. */
export const APPLICATION_SETTINGS = settingsTable('Applications', {
  applicationsPerAccount: setting({
    env: 'APPLICATIONS_PER_ACCOUNT',
    form: integer(0, 999_999_999),
    default: 500,
    doc: 'Maximum number of applications in an account; 0 sets no limit',
  }),
  policiesPerAccount: setting({
    env: 'POLICIES_PER_ACCOUNT',
    form: integer(0, 999_999_999),
    default: 1000,
    doc: 'Maximum number of policies in an account; 0 sets no limit',
    more: 'Reusable policies, and those that belong to one application.',
  }),
});
