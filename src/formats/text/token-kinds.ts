// What the kernel knows of how values look: also compiled into WebAssembly, see kernel/.

/** Digits that floating point keeps, whatever they are. */
export const keptDigits = 15;

/** Anything. */
export const anyToken = 0;
/** A number without a fraction. */
export const wholeToken = 1;
export const decimalToken = 2;
/** A number that may have a fraction and an exponent. */
export const floatToken = 3;
/** true or false, in any case of letters. */
export const booleanToken = 4;
export const dateToken = 5;
export const timeToken = 6;
/** A date and a time. */
export const stampToken = 7;
/** The same, with an offset from UTC. */
export const zonedToken = 8;
