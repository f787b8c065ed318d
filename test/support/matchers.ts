/** Nothing of the tests' own yet but what the decorators of the code under test need. */
import 'reflect-metadata';
