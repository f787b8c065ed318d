/** The lines of Node on which the built server has to run, by one version each. */

/** The oldest version that `engines` allows, and one of each newer line with long-term support. */
export const VERSIONS: readonly string[] = ['20.19.0', '22.23.5', '24.22.3'];
