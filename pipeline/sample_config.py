"""The konkyo.toml that `konkyo init` writes: every setting at its default, explained."""

SAMPLE_CONFIG = """\
# konkyo: settings of this project. Every line below states the default; change what you need.
# Relative paths hold from the folder of this file.

[project]
database = "konkyo.db"   # a path, or any SQLAlchemy URL (PostgreSQL is tested)
models = "models"        # trained weights go here
key = "konkyo.key"       # turns worker ids into pseudonyms; keep it out of backups you share
seed = 1                 # everything that is drawn comes from this number

[data]
labels = []              # the labels an import may carry; empty: any

[model]
# kind = "bilstm_attention"
# embedding_dim = 300
# hidden_dim = 128

[explain]
explainers = ["attention", "gradient", "integrated_gradients", "random", "constant"]
# [explain.options.lime]  # what an explainer takes, a table for each
# samples = 200

[study]
workers = 3              # people per HIT
items_per_hit = 5        # items on one page, check items included
gold_per_hit = 1         # check items with a known answer among them
practice_per_hit = 0     # practice items before them, with the known answer shown afterwards
repeats_per_hit = 0      # items that come again at the end of the page
reward = "0.40"          # per assignment
currency = "USD"
minutes = 4              # what you expect one HIT to take; the page says so
title = ""               # empty: the study type's own
description = ""
keywords = "text, rationale, annotation"
instructions = ""        # a Markdown file; empty: the study type's own
consent_page = ""        # a Markdown file shown before anything else; empty: the line below alone
debriefing = ""          # a Markdown file shown after the last item
hourly = false           # whether the page says what an hour pays
consent = "Taking part is voluntary and you may return the task at any time. We store your answers, how long the page and each part of it was in use, whether it lost focus, whether something was pasted, the width of your screen and whether you use a finger or a mouse; your worker id is kept apart from them and never published."
lifetime_days = 7
duration_minutes = 60
auto_approval_days = 3

# [[study.comprehension]]  # asked before the items, with two attempts
# question = "What are you asked to judge?"
# options = ["the text", "the marked words"]
# right = 2
# why = "The words are judged, not the text."

[study.options.highlight]  # what each study type asks; see docs/studies.md
# labels = ["positive", "negative"]
# label_question = "What does the writer think?"

[market]
name = "mturk"           # any endpoint that speaks the MTurk API; "konkyo serve" starts one
flavour = ""             # how pages travel; empty: the market's own (mturk: "html"); docs/markets.md
folder = ""              # of the market "files"; empty: files/CAMPAIGN
source = "site"          # where people come from
endpoint_url = "http://127.0.0.1:8080"
access_key_id = ""       # empty: "local" on this machine, else what boto3 finds
secret_access_key = ""
cap = "100.00"           # the most that one campaign may reserve

[analysis]
bootstrap = 1000         # replicates behind every interval
confidence = 0.95

[train]
labels = "given"         # or what people said: "consensus" (one label) or "soft" (probabilities)
method = "dawid_skene"   # how their answers become one; docs/methods.md
campaign = ""            # whose answers; empty: the only campaign with judgements
health = true            # measure sharpness, distances of classes and gaps once trained

[teach]
seeds = 8                # fewer than 8 cannot carry a verdict at the 5% level
weight = 0.2             # of the human term, beside the cross-entropy
controls = ["shuffled", "random"]  # marks moved within their text: what any marks would do
labels = "given"         # whose labels all runs learn, as in [train]
method = "dawid_skene"
certainty = false        # whether a text counts by how sure its marks are
rationales = "mean"      # how workers' marks become one; or "reliability"
fractions = []           # [0.25, 0.5]: how much less would have done
domain = ""              # an attribute by which accuracy is told apart

# [[teach.objective]]    # losses to compare, instead of attention supervision alone
# name = "attention_supervision"
# weight = [0.2, 1.0]    # validation chooses

[engine]
name = "inprocess"       # where explain, faithfulness and teach run; or "processes", "ray"
workers = 0              # 0: one for each core
address = ""             # of a running Ray cluster; empty: Ray on this machine
"""
