/** Where the time goes. */
package io.chiaroscuro.profile;
