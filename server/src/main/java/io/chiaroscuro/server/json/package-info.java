/** JSON as clients and the database see it: names in snake_case, refusals with the field's name. */
package io.chiaroscuro.server.json;
