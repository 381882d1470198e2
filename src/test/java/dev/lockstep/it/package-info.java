/**
 * Tests on the real thing: a kube-apiserver that calls our packaged server, with kubectl and Helm
 * as clients. One cluster for all of them, a namespace for each test.
 */
package dev.lockstep.it;
