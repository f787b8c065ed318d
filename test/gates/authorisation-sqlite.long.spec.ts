/** Another quarter of the refusals of the authorisation matrix. */
import { SAMPLES, authorisationMatrix } from './authorisation/matrix.js';

authorisationMatrix('sqlite', SAMPLES['SQLite, long']);
