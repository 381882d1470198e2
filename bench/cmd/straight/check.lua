-- What wrk sends, and what it takes for a right answer.
wrong = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.body = file:read("*a")
  file:close()
  uid = args[2]
end

function response(status, headers, body)
  if status ~= 200 or not body:find('"allowed":true', 1, true) or not body:find(uid, 1, true) then
    wrong = wrong + 1
    failed = body
  end
end

local threads = {}
function setup(thread)
  table.insert(threads, thread)
end

function done(summary, latency, requests)
  local errors = summary.errors
  local bad, what = errors.connect + errors.read + errors.write + errors.timeout + errors.status, ""
  for _, thread in ipairs(threads) do
    bad = bad + (thread:get("wrong") or 0)
    what = thread:get("failed") or what
  end
  io.write(string.format("RESULT %d %d %d %d %d %s\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), bad, what:sub(1, 200):gsub("%s", " ")))
end
