/** What schedules and spectra tell before any network runs: how much of an image noise leaves. */
package io.chiaroscuro.analysis;
