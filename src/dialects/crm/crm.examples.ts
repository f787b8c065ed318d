/** Example bodies, which work in this order once the token is replaced. */
import { exampleOf } from '../../http/index.js';
import { FieldsSetInput } from './access-tokens.inputs.js';
import { EXAMPLE_ORGANISATION } from './login.inputs.js';

export const { token, fields_set } = exampleOf(FieldsSetInput);
const ofCode = { access_token_identifier: { authentication_code: 'AC-1' } };
const ofIdentifier = { access_token_identifier: { identifier: 'jane@example.com', pass_code: '12345' } };

export const EXAMPLES = {
  create: {
    'With a chosen code': {
      token,
      authentication_code: 'AC-1',
      identifier: 'jane@example.com',
      pass_code: '12345',
    },
    'With a generated code': { token, identifier: 'joe@example.com', pass_code: '67890' },
  },
  list: {
    'All fields': { token, number: 10 },
    'Some fields of effective tokens': {
      token,
      number: 10,
      life_cycle_state: 'EFFECTIVE',
      fields_set,
    },
  },
  consumerLogin: {
    'By the code of the access token': { organisation: EXAMPLE_ORGANISATION, ...ofCode },
    'By identifier and pass code': { organisation: EXAMPLE_ORGANISATION, ...ofIdentifier },
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
