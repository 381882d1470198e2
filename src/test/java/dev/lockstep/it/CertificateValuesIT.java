package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One way at a time: what the chart says of values that contradict each other. */
@OnRealCluster
class CertificateValuesIT {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          certificates.mode=vault                              | take self, cert-manager or secret
          certificates.caBundle=YQ==                           | certificates.mode is self, which sees to it itself
          webhook.caBundle=YQ==                                | certificates.mode is self, which sees to it itself
          certificates.secretName=a                            | has a Secret of its own
          certificates.issuerRef.name=a                        | take certificates.mode=cert-manager
          namespaces={shop}                                    | take certificates.mode=secret or cert-manager
          certificates.mode=secret                             | needs certificates.caBundle
          certificates.mode=secret,webhook.url=https://a       | needs webhook.caBundle
          certificates.mode=cert-manager,webhook.caBundle=YQ== | certificates.mode is cert-manager, which sees to it itself
          """)
  void theChartRefusesTwoWaysAtOnce(String values, String sentence, RealCluster cluster) {
    Result result =
        cluster.run("helm", List.of("template", "lockstep", "helm/lockstep", "--set", values), "");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains(sentence);
  }
}
