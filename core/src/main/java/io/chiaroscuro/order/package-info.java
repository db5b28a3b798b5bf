/**
 * What pictures somebody asks for: what a command line, a line of a batch file and a row of a table
 * can all say, and how that becomes a request to a model. Names are those of the command line's
 * options.
 */
package io.chiaroscuro.order;
