/**
 * The HTTP edge: AdmissionReviews in, AdmissionReviews with a JSON Patch out. It decodes, asks the
 * rules in {@code versioning} and {@code binding}, and encodes.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/">
 *     Dynamic Admission Control</a>
 */
package dev.lockstep.webhook;
