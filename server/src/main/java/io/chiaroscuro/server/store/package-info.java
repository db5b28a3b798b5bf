/** What outlives the process: jobs and pictures, in SQLite and in files. */
package io.chiaroscuro.server.store;
