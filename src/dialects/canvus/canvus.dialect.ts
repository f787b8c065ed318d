/** The Canvus dialect as one value. */
import { defineDialect } from '../../dialect-kit/index.js';
import { PRIVATE_TOKEN_FORM } from './private-token.form.js';

export const canvus = defineDialect({
  name: 'canvus',
  title: 'Canvus',
  credentials: { forms: () => [PRIVATE_TOKEN_FORM] },
});
