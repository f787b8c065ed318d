/** The authorisation matrix on SQLite. */
import { authorisationMatrix } from './authorisation/matrix.js';

authorisationMatrix('sqlite');
