/** The Studio's page: what a browser is given. */
package io.chiaroscuro.server.page;
