/** The table of the authorisation matrix is complete. */
import { expect, it } from '@jest/globals';
import { documentedOperations } from '../support/documented.js';
import { OPERATIONS } from './authorisation/table.js';

it('the authorisation matrix has every operation that is documented, and no other', async () => {
  expect([...OPERATIONS.keys()].sort()).toEqual((await documentedOperations()).sort());
});
