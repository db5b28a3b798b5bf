/** The small model inside the product, so that everything can be tried without a download. */
package io.chiaroscuro.demo;
