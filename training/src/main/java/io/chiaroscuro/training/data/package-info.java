/**
 * From captioned pictures to batches. Everything random is a function of the seed and of what it is
 * for, so a run that resumes needs to know the number of its step and nothing else.
 */
package io.chiaroscuro.training.data;
