/** Requests at the same time, each race a few times. */
import { races } from './race-cases.js';

races(2);
