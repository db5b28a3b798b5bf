/**
 * What experiments found, for readers and programs: measures, tables and pictures in sections, as a
 * page, as JSON and as text.
 */
package io.chiaroscuro.cli.report;
