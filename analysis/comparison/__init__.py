"""Do two things differ? What a model marks, what people say of it, and where the two part.

`conditions`: scores of several things over the same units; `differences`: their pairs, with
intervals, tests and effect sizes; `marked`, `pictures`, `said`, `wins`: what is made into conditions;
`superiority`, `length`: what stands beside a difference of ratings; `beside`: said against marked;
`strata`, `worker_strata`: the same scores in parts of the data.
"""
