/** The other half of the authorisation matrix, on PostgreSQL. */
import { SAMPLES, authorisationMatrix } from './authorisation/matrix.js';

authorisationMatrix('postgres', SAMPLES['PostgreSQL, long']);
