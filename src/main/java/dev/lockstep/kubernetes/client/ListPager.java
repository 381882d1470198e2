package dev.lockstep.kubernetes.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Goes through the pages of a list. */
final class ListPager {
  private final int limit;
  private final Function<String, JsonNode> list;

  /**
   * @param limit of items on a page
   * @param list the page at this path
   */
  ListPager(int limit, Function<String, JsonNode> list) {
    this.limit = limit;
    this.list = list;
  }

  /**
   * @param wantsMore is given each item; false ends it
   * @return false if it was ended
   */
  boolean whileWanted(String path, Predicate<JsonNode> wantsMore) {
    String token = "";
    do {
      JsonNode page =
          list.apply(path + (path.contains("?") ? "&" : "?") + "limit=" + limit + token);
      for (JsonNode item : items(page)) {
        if (!wantsMore.test(item)) {
          return false;
        }
      }
      String next = page.at("/metadata/continue").asText("");
      token = next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    } while (!token.isEmpty());
    return true;
  }

  /** The items, each with the kind that the list says. */
  static List<JsonNode> items(JsonNode list) {
    List<JsonNode> items = new ArrayList<>();
    for (JsonNode item : list.path("items")) {
      items.add(whole(item, list.path("apiVersion"), list.path("kind")));
    }
    return items;
  }

  /** Items of a list do not say what they are; the list does: {@code DeploymentList}. */
  private static JsonNode whole(JsonNode item, JsonNode apiVersion, JsonNode listKind) {
    if (item instanceof ObjectNode object && !object.has("kind")) {
      object.set("apiVersion", apiVersion);
      object.put("kind", listKind.asText().replaceFirst("List$", ""));
    }
    return item;
  }
}
