/** Simultaneous requests; each race runs often enough for rare orders. */
import { races } from './race-cases.js';

races(10);
