// A requester's program in JavaScript, as anybody would write it: endpoint and keys stand in the
// environment (AWS_…), and nothing here knows whose endpoint it is.
//
//   node mturk.mjs STEP < parameters.json > result.json

import {
  ApproveAssignmentCommand,
  CreateHITCommand,
  GetAccountBalanceCommand,
  GetHITCommand,
  MTurkClient,
  RequestError,
  paginateListAssignmentsForHIT,
} from "@aws-sdk/client-mturk";

const mturk = new MTurkClient({});

const steps = {
  async create(parameters) {
    const { HIT } = await mturk.send(new CreateHITCommand(parameters));
    return { HITId: HIT.HITId, expires: HIT.Expiration.toISOString() };
  },

  async review({ HITId }) {
    const workers = [];
    const pages = paginateListAssignmentsForHIT({ client: mturk, pageSize: 1 }, { HITId });
    for await (const { Assignments } of pages) {
      for (const { AssignmentId, WorkerId, Answer } of Assignments ?? []) {
        await mturk.send(new ApproveAssignmentCommand({ AssignmentId }));
        workers.push({ WorkerId, answered: Answer.includes("<FreeText>yes</FreeText>") });
      }
    }
    return { workers, balance: await mturk.send(new GetAccountBalanceCommand({})) };
  },

  async fail({ HITId }) {
    try {
      await mturk.send(new GetHITCommand({ HITId }));
    } catch (error) {
      const { name, message, TurkErrorCode } = error;
      return { modelled: error instanceof RequestError, name, message, TurkErrorCode };
    }
    throw new Error("nothing was refused");
  },
};

let given = "";
for await (const chunk of process.stdin) given += chunk;
const result = await steps[process.argv[2]](JSON.parse(given));
console.log(JSON.stringify(result));
