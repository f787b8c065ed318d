/** Simultaneous requests; each race runs a few times. */
import { races } from './race-cases.js';

races(2);
