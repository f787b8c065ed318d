/** The header in which clients of this dialect present a token of a user (docs/contracts/canvus.md §1.4). */
import { USER_TOKEN_DESCRIPTION, userTokenForm } from '../../identity/index.js';

const NAME = 'Private-Token';

export const PRIVATE_TOKEN_FORM = userTokenForm({
  name: NAME,
  // GitLab, for one, has tokens of its own in this header.
  isUsedByApplications: true,
  tokenIn: (value) => value,
  documentation: {
    headers: `\`${NAME}\``,
    schemes: {
      'Private-Token': { type: 'apiKey', in: 'header', name: NAME, description: USER_TOKEN_DESCRIPTION },
    },
  },
});
