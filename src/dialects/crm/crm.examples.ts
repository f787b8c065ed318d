/** Bodies to send as they are, but for the token, in the order in which they work one after the other. */
import { exampleOf } from '../../http/index.js';
import { FieldsSetInput } from './crm.inputs.js';

export const { token, fields_set } = exampleOf(FieldsSetInput);
const ofCode = { access_token_identifier: { authentication_code: 'AC-1' } };
const ofIdentifier = { access_token_identifier: { identifier: 'jane@example.com', pass_code: '12345' } };

export const EXAMPLES = {
  create: {
    'With a code of one’s own': {
      token,
      authentication_code: 'AC-1',
      identifier: 'jane@example.com',
      pass_code: '12345',
    },
    'With a generated code': { token, identifier: 'joe@example.com', pass_code: '67890' },
  },
  list: {
    'All fields': { token, number: 10 },
    'Some fields of the effective ones': {
      token,
      number: 10,
      life_cycle_state: 'EFFECTIVE',
      fields_set,
    },
  },
  named: {
    'By its code': { token, ...ofCode },
    'By identifier and pass code': { token, ...ofIdentifier },
  },
  update: {
    'Another identifier and pass code': { token, ...ofCode, identifier: 'jane.b@example.com', pass_code: '54321' },
    'Another code': { token, ...ofCode, authentication_code: 'AC-2' },
    'A generated code': { token, ...ofCode, authentication_code: null },
  },
  resetPassCode: {
    'By its code': { token, authentication_code: 'AC-1' },
    'By its identifier': { token, identifier: 'jane@example.com' },
  },
};
