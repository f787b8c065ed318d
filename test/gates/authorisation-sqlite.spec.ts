/** An eighth of the refusals of the authorisation matrix, and a quarter of the admissions. */
import { SAMPLES, authorisationMatrix } from './authorisation/matrix.js';

authorisationMatrix('sqlite', SAMPLES['npm test']);
