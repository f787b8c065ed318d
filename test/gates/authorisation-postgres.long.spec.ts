/** The authorisation matrix on PostgreSQL. */
import { authorisationMatrix } from './authorisation/matrix.js';

authorisationMatrix('postgres');
