/** A quarter of the refusals of the authorisation matrix, and half of the admissions. */
import { SAMPLES, authorisationMatrix } from './authorisation/matrix.js';

authorisationMatrix('sqlite', SAMPLES['npm test']);
