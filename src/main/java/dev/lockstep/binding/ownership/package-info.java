/**
 * Keeps what several managers declare of one workload as plain Kubernetes would keep it. A
 * rewritten name differs from what a manager sends, so a forced apply takes the name away from its
 * other owners; when its last owner lets go, the API server would remove a reference that others
 * still declare.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/server-side-apply/">Server-Side
 *     Apply</a>
 */
@NullMarked
package dev.lockstep.binding.ownership;

import org.jspecify.annotations.NullMarked;
